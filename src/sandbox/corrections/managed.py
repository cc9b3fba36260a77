"""The policies of AWS itself that can be attached, by their paths: a name that is not here does not exist.

From https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html, without those of service-linked roles.
"""

NAMES = {
    "": """
        AIDevOpsAgentAccessPolicy AIDevOpsAgentFullAccess AIDevOpsAgentReadOnlyAccess
        AIDevOpsOperatorAppAccessPolicy AIOpsAssistantIncidentReportPolicy AIOpsAssistantPolicy
        AIOpsConsoleAdminPolicy AIOpsOperatorAccess AIOpsReadOnlyAccess AWS-SSM-Automation-DiagnosisBucketPolicy
        AWS-SSM-DiagnosisAutomation-AdministrationRolePolicy AWS-SSM-DiagnosisAutomation-ExecutionRolePolicy
        AWS-SSM-DiagnosisAutomation-OperationalAccountAdministrationRolePolicy
        AWS-SSM-RemediationAutomation-AdministrationRolePolicy AWS-SSM-RemediationAutomation-ExecutionRolePolicy
        AWS-SSM-RemediationAutomation-OperationalAccountAdministrationRolePolicy AWSAccountActivityAccess
        AWSAccountManagementFullAccess AWSAccountManagementReadOnlyAccess AWSAccountSettingsManagementRole
        AWSAccountUsageReportAccess AWSAgentlessDiscoveryService AWSAppFabricFullAccess AWSAppFabricReadOnlyAccess
        AWSAppMeshEnvoyAccess AWSAppMeshFullAccess AWSAppMeshPreviewEnvoyAccess AWSAppMeshReadOnly
        AWSAppRunnerFullAccess AWSAppRunnerReadOnlyAccess AWSAppSyncAdministrator AWSAppSyncInvokeFullAccess
        AWSAppSyncSchemaAuthor AWSApplicationDiscoveryAgentAccess AWSApplicationDiscoveryAgentlessCollectorAccess
        AWSApplicationDiscoveryServiceFullAccess AWSApplicationMigrationAgentInstallationPolicy
        AWSApplicationMigrationAgentPolicy AWSApplicationMigrationEC2Access AWSApplicationMigrationFullAccess
        AWSApplicationMigrationNetworkMigrationCustomResource AWSApplicationMigrationNetworkMigrationMultiAccount
        AWSApplicationMigrationReadOnlyAccess AWSApplicationMigrationSSMAccess
        AWSApplicationMigrationServiceEc2InstancePolicy AWSApplicationMigrationVCenterClientPolicy
        AWSArtifactAgreementsFullAccess AWSArtifactAgreementsReadOnlyAccess AWSArtifactReportsReadOnlyAccess
        AWSAuditManagerAdministratorAccess AWSBackupAuditAccess AWSBackupDataTransferAccess AWSBackupFullAccess
        AWSBackupGuardDutyRolePolicyForScans AWSBackupOperatorAccess AWSBackupOrganizationAdminAccess
        AWSBackupRestoreAccessForSAPHANA AWSBackupSearchOperatorAccess AWSBackupServiceRolePolicyForIndexing
        AWSBackupServiceRolePolicyForItemRestores AWSBackupServiceRolePolicyForS3Backup
        AWSBackupServiceRolePolicyForS3Restore AWSBackupServiceRolePolicyForScans AWSBatchFullAccess
        AWSBillingConductorFullAccess AWSBillingConductorReadOnlyAccess AWSBillingReadOnlyAccess
        AWSBudgetsActionsWithAWSResourceControlAccess AWSBudgetsActions_RolePolicyForResourceAdministrationWithSSM
        AWSBudgetsReadOnlyAccess AWSBugBustFullAccess AWSBugBustPlayerAccess AWSCertificateManagerFullAccess
        AWSCertificateManagerPrivateCAAuditor AWSCertificateManagerPrivateCAFullAccess
        AWSCertificateManagerPrivateCAPrivilegedUser AWSCertificateManagerPrivateCAReadOnly
        AWSCertificateManagerPrivateCAUser AWSCertificateManagerReadOnly AWSCleanRoomsFullAccess
        AWSCleanRoomsFullAccessNoQuerying AWSCleanRoomsMLFullAccess AWSCleanRoomsMLReadOnlyAccess
        AWSCleanRoomsReadOnlyAccess AWSCloud9Administrator AWSCloud9EnvironmentMember AWSCloud9SSMInstanceProfile
        AWSCloud9User AWSCloudFormationFullAccess AWSCloudFormationReadOnlyAccess AWSCloudHSMFullAccess
        AWSCloudHSMReadOnlyAccess AWSCloudMapDiscoverInstanceAccess AWSCloudMapFullAccess AWSCloudMapReadOnlyAccess
        AWSCloudMapRegisterInstanceAccess AWSCloudShellFullAccess AWSCloudTrail_FullAccess
        AWSCloudTrail_ReadOnlyAccess AWSCodeArtifactAdminAccess AWSCodeArtifactReadOnlyAccess
        AWSCodeBuildAdminAccess AWSCodeBuildDeveloperAccess AWSCodeBuildReadOnlyAccess AWSCodeCommitFullAccess
        AWSCodeCommitPowerUser AWSCodeCommitReadOnly AWSCodeDeployDeployerAccess AWSCodeDeployFullAccess
        AWSCodeDeployReadOnlyAccess AWSCodeDeployRoleForECS AWSCodeDeployRoleForECSLimited
        AWSCodePipelineApproverAccess AWSCodePipelineCustomActionAccess AWSCodePipeline_FullAccess
        AWSCodePipeline_ReadOnlyAccess AWSCodeStarFullAccess AWSCompromisedKeyQuarantine
        AWSCompromisedKeyQuarantineV2 AWSCompromisedKeyQuarantineV3 AWSConfigUserAccess AWSConnector
        AWSDataExchangeDataGrantOwnerFullAccess AWSDataExchangeDataGrantReceiverFullAccess AWSDataExchangeFullAccess
        AWSDataExchangeProviderFullAccess AWSDataExchangeReadOnly AWSDataExchangeSubscriberFullAccess
        AWSDataPipeline_FullAccess AWSDataPipeline_PowerUser AWSDataSyncFullAccess AWSDataSyncReadOnlyAccess
        AWSDeadlineCloud-FleetWorker AWSDeadlineCloud-UserAccessFarms AWSDeadlineCloud-UserAccessFleets
        AWSDeadlineCloud-UserAccessJobs AWSDeadlineCloud-UserAccessQueues AWSDeadlineCloud-WorkerHost
        AWSDeepLensLambdaFunctionAccessPolicy AWSDeepRacerAccountAdminAccess AWSDeepRacerCloudFormationAccessPolicy
        AWSDeepRacerDefaultMultiUserAccess AWSDeepRacerFullAccess AWSDeepRacerRoboMakerAccessPolicy AWSDenyAll
        AWSDeviceFarmFullAccess AWSDirectConnectFullAccess AWSDirectConnectReadOnlyAccess
        AWSDirectoryServiceDataFullAccess AWSDirectoryServiceDataReadOnlyAccess AWSDirectoryServiceFullAccess
        AWSDirectoryServiceReadOnlyAccess AWSDiscoveryContinuousExportFirehosePolicy AWSEC2SqlHaInstancePolicy
        AWSEC2VssRestorePolicy AWSEC2VssSnapshotPolicy AWSElasticBeanstalkCustomPlatformforEC2Role
        AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy AWSElasticBeanstalkMulticontainerDocker
        AWSElasticBeanstalkReadOnly AWSElasticBeanstalkWebTier AWSElasticBeanstalkWorkerTier
        AWSElasticDisasterRecoveryAgentInstallationPolicy AWSElasticDisasterRecoveryConsoleFullAccess
        AWSElasticDisasterRecoveryConsoleFullAccess_v2 AWSElasticDisasterRecoveryFailbackInstallationPolicy
        AWSElasticDisasterRecoveryLaunchActionsPolicy AWSElasticDisasterRecoveryReadOnlyAccess
        AWSElementalMediaConnectCreateBridge AWSElementalMediaConnectCreateFlow AWSElementalMediaConnectDeleteBridge
        AWSElementalMediaConnectDeleteFlow AWSElementalMediaConnectFullAccess AWSElementalMediaConnectReadOnlyAccess
        AWSElementalMediaConvertFullAccess AWSElementalMediaConvertReadOnly AWSElementalMediaLiveFullAccess
        AWSElementalMediaLiveReadOnly AWSElementalMediaPackageFullAccess AWSElementalMediaPackageReadOnly
        AWSElementalMediaPackageV2FullAccess AWSElementalMediaPackageV2ReadOnly AWSElementalMediaStoreFullAccess
        AWSElementalMediaStoreReadOnly AWSElementalMediaTailorFullAccess AWSElementalMediaTailorReadOnly
        AWSEntityResolutionConsoleFullAccess AWSEntityResolutionConsoleReadOnlyAccess AWSFMAdminFullAccess
        AWSFMAdminReadOnlyAccess AWSFMMemberReadOnlyAccess AWSForWordPressPluginPolicy AWSGlueConsoleFullAccess
        AWSGlueConsoleSageMakerNotebookFullAccess AWSGlueSchemaRegistryFullAccess
        AWSGlueSchemaRegistryReadonlyAccess AWSGrafanaAccountAdministrator AWSGrafanaConsoleReadOnlyAccess
        AWSGrafanaWorkspacePermissionManagement AWSGrafanaWorkspacePermissionManagementV2 AWSGreengrassFullAccess
        AWSGreengrassReadOnlyAccess AWSGroundStationAgentInstancePolicy AWSHealthFullAccess
        AWSHealthImagingFullAccess AWSHealthImagingReadOnlyAccess AWSIAMIdentityCenterAllowListForIdentityContext
        AWSIQFullAccess AWSIdentitySyncFullAccess AWSIdentitySyncReadOnlyAccess AWSImageBuilderFullAccess
        AWSImageBuilderReadOnlyAccess AWSImportExportFullAccess AWSImportExportReadOnlyAccess
        AWSIncidentManagerIncidentAccessServiceRolePolicy AWSIncidentManagerResolverAccess AWSIoTAnalyticsFullAccess
        AWSIoTAnalyticsReadOnlyAccess AWSIoTConfigAccess AWSIoTConfigReadOnlyAccess AWSIoTDataAccess
        AWSIoTDeviceTesterForFreeRTOSFullAccess AWSIoTDeviceTesterForGreengrassFullAccess AWSIoTEventsFullAccess
        AWSIoTEventsReadOnlyAccess AWSIoTFullAccess AWSIoTManagedIntegrationsFullAccess
        AWSIoTSiteWiseConsoleFullAccess AWSIoTSiteWiseFullAccess AWSIoTSiteWiseReadOnlyAccess
        AWSIoTWirelessDataAccess AWSIoTWirelessFullAccess AWSIoTWirelessFullPublishAccess
        AWSIoTWirelessGatewayCertManager AWSIoTWirelessLogging AWSIoTWirelessReadOnlyAccess
        AWSKeyManagementServicePowerUser AWSLakeFormationCrossAccountManager AWSLakeFormationDataAdmin
        AWSLambdaExecute AWSLambdaInvocation-DynamoDB AWSLambdaManagedEC2ResourceOperator AWSLambda_FullAccess
        AWSLambda_ReadOnlyAccess AWSManagementConsoleBasicUserAccess AWSMarketplaceAmiIngestion
        AWSMarketplaceFullAccess AWSMarketplaceGetEntitlements AWSMarketplaceManageSubscriptions
        AWSMarketplaceMeteringFullAccess AWSMarketplaceMeteringRegisterUsage
        AWSMarketplaceProcurementSystemAdminFullAccess AWSMarketplaceRead-only AWSMarketplaceSellerFullAccess
        AWSMarketplaceSellerOfferManagement AWSMarketplaceSellerProductsFullAccess
        AWSMarketplaceSellerProductsReadOnly AWSMcpServiceActionsFullAccess AWSMigrationHubFullAccess
        AWSMigrationHubOrchestratorConsoleFullAccess AWSMigrationHubOrchestratorInstanceRolePolicy
        AWSMigrationHubOrchestratorPlugin AWSMigrationHubRefactorSpaces-EnvironmentsWithoutBridgesFullAccess
        AWSMigrationHubRefactorSpacesFullAccess AWSMigrationHubStrategyCollector
        AWSMigrationHubStrategyConsoleFullAccess AWSNetworkFirewallFullAccess AWSNetworkFirewallReadOnlyAccess
        AWSNetworkManagerFullAccess AWSNetworkManagerReadOnlyAccess AWSOrganizationsFullAccess
        AWSOrganizationsReadOnlyAccess AWSOutpostsAuthorizeServerPolicy AWSPCSComputeNodePolicy
        AWSPanoramaFullAccess AWSPartnerCentralChannelHandshakeApprovalManagement AWSPartnerCentralChannelManagement
        AWSPartnerCentralFullAccess AWSPartnerCentralMarketingManagement AWSPartnerCentralOpportunityManagement
        AWSPartnerCentralSandboxFullAccess AWSPartnerCentralSellingResourceSnapshotJobExecutionRolePolicy
        AWSPartnerLedSupportReadOnlyAccess AWSPartnerProServeToolsFullAccess
        AWSPartnerProServeToolsIndividualContributor AWSPartnerProServeToolsOrganizationReaderIndividualContributor
        AWSPriceListServiceFullAccess AWSPrivateCAAuditor AWSPrivateCAConnectorForKubernetesPolicy
        AWSPrivateCAFullAccess AWSPrivateCAPrivilegedUser AWSPrivateCAReadOnly AWSPrivateCAUser
        AWSPrivateMarketplaceAdminFullAccess AWSPrivateMarketplaceRequests AWSProtonCodeBuildProvisioningBasicAccess
        AWSProtonDeveloperAccess AWSProtonFullAccess AWSProtonReadOnlyAccess AWSPurchaseOrdersServiceRolePolicy
        AWSQuickSetupCFGCPacksPermissionsBoundary AWSQuickSetupDeploymentRolePolicy
        AWSQuickSetupDevOpsGuruPermissionsBoundary AWSQuickSetupDistributorPermissionsBoundary
        AWSQuickSetupEnableAREXExecutionPolicy AWSQuickSetupEnableDHMCExecutionPolicy
        AWSQuickSetupJITNADeploymentRolePolicy AWSQuickSetupManageJITNAResourcesExecutionPolicy
        AWSQuickSetupManagedInstanceProfileExecutionPolicy AWSQuickSetupPatchPolicyBaselineAccess
        AWSQuickSetupPatchPolicyDeploymentRolePolicy AWSQuickSetupPatchPolicyPermissionsBoundary
        AWSQuickSetupSSMDeploymentRolePolicy AWSQuickSetupSSMDeploymentS3BucketRolePolicy
        AWSQuickSetupSSMHostMgmtPermissionsBoundary AWSQuickSetupSSMLifecycleManagementExecutionPolicy
        AWSQuickSetupSSMManageResourcesExecutionPolicy AWSQuickSetupSchedulerPermissionsBoundary
        AWSQuickSetupStartSSMAssociationsExecutionPolicy AWSQuickSetupStartStopInstancesExecutionPolicy
        AWSQuickSightAssetBundleExportPolicy AWSQuickSightAssetBundleImportPolicy AWSQuickSightIoTAnalyticsAccess
        AWSQuickSightSecretsManagerWritePolicy AWSRefactoringToolkitFullAccess AWSRefactoringToolkitSidecarPolicy
        AWSRepostSpaceSupportOperationsPolicy AWSResilienceHubAsssessmentExecutionPolicy
        AWSResourceAccessManagerFullAccess AWSResourceAccessManagerReadOnlyAccess
        AWSResourceAccessManagerResourceShareParticipantAccess AWSResourceExplorerFullAccess
        AWSResourceExplorerOrganizationsAccess AWSResourceExplorerReadOnlyAccess AWSResourceGroupsReadOnlyAccess
        AWSRoboMakerReadOnlyAccess AWSRoboMakerServiceRolePolicy AWSRoboMaker_FullAccess AWSRolesAnywhereFullAccess
        AWSRolesAnywhereReadOnly AWSSSODirectoryAdministrator AWSSSODirectoryReadOnly
        AWSSSOMasterAccountAdministrator AWSSSOMemberAccountAdministrator AWSSSOReadOnly AWSSavingsPlansFullAccess
        AWSSavingsPlansReadOnlyAccess AWSSecretsManagerClientReadOnlyAccess AWSSecurityHubFullAccess
        AWSSecurityHubOrganizationsAccess AWSSecurityHubReadOnlyAccess AWSSecurityIncidentResponseCaseFullAccess
        AWSSecurityIncidentResponseFullAccess AWSSecurityIncidentResponseReadOnlyAccess
        AWSServiceCatalogAdminFullAccess AWSServiceCatalogAdminReadOnlyAccess AWSServiceCatalogAppRegistryFullAccess
        AWSServiceCatalogAppRegistryReadOnlyAccess AWSServiceCatalogEndUserFullAccess
        AWSServiceCatalogEndUserReadOnlyAccess AWSStepFunctionsConsoleFullAccess AWSStepFunctionsFullAccess
        AWSStepFunctionsReadOnlyAccess AWSStorageGatewayFullAccess AWSStorageGatewayReadOnlyAccess AWSSupportAccess
        AWSSupportAppFullAccess AWSSupportAppReadOnlyAccess AWSSupportPlansFullAccess AWSSupportPlansReadOnlyAccess
        AWSSystemsManagerEnableConfigRecordingExecutionPolicy AWSSystemsManagerEnableExplorerExecutionPolicy
        AWSSystemsManagerForSAPFullAccess AWSSystemsManagerForSAPReadOnlyAccess
        AWSSystemsManagerJustInTimeAccessTokenPolicy AWSSystemsManagerJustInTimeAccessTokenSessionPolicy
        AWSSystemsManagerJustInTimeNodeAccessRolePropagationPolicy AWSThinkboxAWSPortalAdminPolicy
        AWSThinkboxAWSPortalGatewayPolicy AWSThinkboxAWSPortalWorkerPolicy AWSThinkboxAssetServerPolicy
        AWSThinkboxDeadlineResourceTrackerAccessPolicy AWSThinkboxDeadlineResourceTrackerAdminPolicy
        AWSThinkboxDeadlineSpotEventPluginAdminPolicy AWSThinkboxDeadlineSpotEventPluginWorkerPolicy
        AWSTransferConsoleFullAccess AWSTransferFullAccess AWSTransferReadOnlyAccess
        AWSTransformCustomExecuteTransformations AWSTransformCustomFullAccess
        AWSTransformCustomManageTransformations AWSTransformSecretsManagerConnectorPolicy
        AWSTrustedAdvisorPriorityFullAccess AWSTrustedAdvisorPriorityReadOnlyAccess
        AWSVendorInsightsAssessorFullAccess AWSVendorInsightsAssessorReadOnly AWSVendorInsightsVendorFullAccess
        AWSVendorInsightsVendorReadOnly AWSWAFConsoleFullAccess AWSWAFConsoleReadOnlyAccess AWSWAFFullAccess
        AWSWAFReadOnlyAccess AWSWickrFullAccess AWSXRayDaemonWriteAccess AWSXrayCrossAccountSharingConfiguration
        AWSXrayFullAccess AWSXrayReadOnlyAccess AWSXrayWriteOnlyAccess AccountManagementFromVercel
        AdministratorAccess AdministratorAccess-AWSElasticBeanstalk AdministratorAccess-Amplify
        AlexaForBusinessDeviceSetup AlexaForBusinessFullAccess AlexaForBusinessGatewayExecution
        AlexaForBusinessLifesizeDelegatedAccessPolicy AlexaForBusinessPolyDelegatedAccessPolicy
        AlexaForBusinessReadOnlyAccess AmazonAPIGatewayAdministrator AmazonAPIGatewayInvokeFullAccess
        AmazonAppFlowFullAccess AmazonAppFlowReadOnlyAccess AmazonAppStreamFullAccess AmazonAppStreamReadOnlyAccess
        AmazonApplicationRecoveryControllerRegionSwitchPlanExecutionPolicy AmazonAthenaFullAccess
        AmazonAugmentedAIFullAccess AmazonAugmentedAIHumanLoopFullAccess AmazonAugmentedAIIntegratedAPIAccess
        AmazonAuroraDSQLConsoleFullAccess AmazonAuroraDSQLFullAccess AmazonAuroraDSQLReadOnlyAccess
        AmazonBedrockAgentCoreMemoryBedrockModelInferenceExecutionRolePolicy AmazonBedrockFullAccess
        AmazonBedrockLimitedAccess AmazonBedrockMantleFullAccess AmazonBedrockMantleInferenceAccess
        AmazonBedrockMantleReadOnly AmazonBedrockMarketplaceAccess AmazonBedrockReadOnly
        AmazonBedrockStudioPermissionsBoundary AmazonBraketFullAccess AmazonBraketJobsExecutionPolicy
        AmazonChimeFullAccess AmazonChimeReadOnly AmazonChimeSDK AmazonChimeUserManagement
        AmazonCloudDirectoryFullAccess AmazonCloudDirectoryReadOnlyAccess AmazonCloudWatchEvidentlyFullAccess
        AmazonCloudWatchEvidentlyReadOnlyAccess AmazonCloudWatchRUMFullAccess AmazonCloudWatchRUMReadOnlyAccess
        AmazonCodeCatalystFullAccess AmazonCodeCatalystReadOnlyAccess AmazonCodeGuruProfilerAgentAccess
        AmazonCodeGuruProfilerFullAccess AmazonCodeGuruProfilerReadOnlyAccess AmazonCodeGuruReviewerFullAccess
        AmazonCodeGuruReviewerReadOnlyAccess AmazonCodeGuruSecurityFullAccess AmazonCodeGuruSecurityScanAccess
        AmazonCognitoDeveloperAuthenticatedIdentities AmazonCognitoPowerUser AmazonCognitoReadOnly
        AmazonCognitoUnAuthedIdentitiesSessionPolicy AmazonCognitoUnauthenticatedIdentities
        AmazonConnectReadOnlyAccess AmazonConnectVoiceIDFullAccess AmazonConnect_FullAccess AmazonDRSVPCManagement
        AmazonDataZoneEnvironmentRolePermissionsBoundary AmazonDataZoneFullAccess AmazonDataZoneFullUserAccess
        AmazonDataZoneRedshiftGlueProvisioningPolicy AmazonDataZoneSageMakerEnvironmentRolePermissionsBoundary
        AmazonDataZoneSageMakerManageAccessRolePolicy AmazonDataZoneSageMakerProvisioningRolePolicy
        AmazonDetectiveFullAccess AmazonDetectiveInvestigatorAccess AmazonDetectiveMemberAccess
        AmazonDetectiveOrganizationsAccess AmazonDevOpsGuruConsoleFullAccess AmazonDevOpsGuruFullAccess
        AmazonDevOpsGuruOrganizationsAccess AmazonDevOpsGuruReadOnlyAccess AmazonDocDBConsoleFullAccess
        AmazonDocDBElasticFullAccess AmazonDocDBElasticReadOnlyAccess AmazonDocDBFullAccess
        AmazonDocDBReadOnlyAccess AmazonDynamoDBFullAccess AmazonDynamoDBFullAccess_v2
        AmazonDynamoDBFullAccesswithDataPipeline AmazonDynamoDBReadOnlyAccess
        AmazonEBSCSIDriverEKSClusterScopedPolicy AmazonEBSCSIDriverPolicyV2 AmazonEC2ContainerRegistryFullAccess
        AmazonEC2ContainerRegistryPowerUser AmazonEC2ContainerRegistryPullOnly AmazonEC2ContainerRegistryReadOnly
        AmazonEC2FullAccess AmazonEC2ImageReferencesAccessPolicy AmazonEC2ReadOnlyAccess
        AmazonEC2RolePolicyForLaunchWizard AmazonECSInfrastructureRolePolicyForLoadBalancers
        AmazonECSInfrastructureRolePolicyForManagedInstances AmazonECSInfrastructureRolePolicyForVpcLattice
        AmazonECSInstanceRolePolicyForManagedInstances AmazonECS_FullAccess AmazonEKSBlockStoragePolicy
        AmazonEKSClusterPolicy AmazonEKSComputePolicy AmazonEKSDashboardConsoleReadOnly
        AmazonEKSFargatePodExecutionRolePolicy AmazonEKSLoadBalancingPolicy AmazonEKSLocalOutpostClusterPolicy
        AmazonEKSMCPReadOnlyAccess AmazonEKSNetworkingPolicy AmazonEKSServicePolicy AmazonEKSVPCResourceController
        AmazonEKSWorkerNodeMinimalPolicy AmazonEKSWorkerNodePolicy AmazonEKS_CNI_Policy AmazonEMRFullAccessPolicy_v2
        AmazonEMRReadOnlyAccessPolicy_v2 AmazonESCognitoAccess AmazonESFullAccess AmazonESReadOnlyAccess
        AmazonElastiCacheFullAccess AmazonElastiCacheReadOnlyAccess AmazonElasticContainerRegistryPublicFullAccess
        AmazonElasticContainerRegistryPublicPowerUser AmazonElasticContainerRegistryPublicReadOnly
        AmazonElasticFileSystemClientFullAccess AmazonElasticFileSystemClientReadOnlyAccess
        AmazonElasticFileSystemClientReadWriteAccess AmazonElasticFileSystemFullAccess
        AmazonElasticFileSystemReadOnlyAccess AmazonElasticFileSystemsUtils AmazonElasticMapReduceFullAccess
        AmazonElasticMapReducePlacementGroupPolicy AmazonElasticMapReduceReadOnlyAccess
        AmazonElasticTranscoder_FullAccess AmazonElasticTranscoder_JobsSubmitter
        AmazonElasticTranscoder_ReadOnlyAccess AmazonEventBridgeFullAccess AmazonEventBridgePipesFullAccess
        AmazonEventBridgePipesOperatorAccess AmazonEventBridgePipesReadOnlyAccess AmazonEventBridgeReadOnlyAccess
        AmazonEventBridgeSchedulerFullAccess AmazonEventBridgeSchedulerReadOnlyAccess
        AmazonEventBridgeSchemasFullAccess AmazonEventBridgeSchemasReadOnlyAccess AmazonFSxConsoleFullAccess
        AmazonFSxConsoleReadOnlyAccess AmazonFSxFullAccess AmazonFSxReadOnlyAccess AmazonForecastFullAccess
        AmazonFraudDetectorFullAccessPolicy AmazonFreeRTOSFullAccess AmazonGlacierFullAccess
        AmazonGlacierReadOnlyAccess AmazonGuardDutyFullAccess_v2 AmazonGuardDutyReadOnlyAccess
        AmazonHealthLakeFullAccess AmazonHealthLakeReadOnlyAccess AmazonHoneycodeFullAccess
        AmazonHoneycodeReadOnlyAccess AmazonHoneycodeTeamAssociationFullAccess
        AmazonHoneycodeTeamAssociationReadOnlyAccess AmazonHoneycodeWorkbookFullAccess
        AmazonHoneycodeWorkbookReadOnlyAccess AmazonInspector2FullAccess AmazonInspector2FullAccess_v2
        AmazonInspector2ManagedCisPolicy AmazonInspector2ManagedTelemetryPolicy AmazonInspector2ReadOnlyAccess
        AmazonInspectorFullAccess AmazonInspectorReadOnlyAccess AmazonKendraFullAccess AmazonKendraReadOnlyAccess
        AmazonKeyspacesFullAccess AmazonKeyspacesReadOnlyAccess AmazonKeyspacesReadOnlyAccess_v2
        AmazonKinesisAnalyticsFullAccess AmazonKinesisAnalyticsReadOnly AmazonKinesisFirehoseFullAccess
        AmazonKinesisFirehoseReadOnlyAccess AmazonKinesisFullAccess AmazonKinesisReadOnlyAccess
        AmazonKinesisVideoStreamsFullAccess AmazonKinesisVideoStreamsReadOnlyAccess AmazonLaunchWizardFullAccessV2
        AmazonLexFullAccess AmazonLexReadOnly AmazonLexRunBotsOnly AmazonLookoutEquipmentFullAccess
        AmazonLookoutEquipmentReadOnlyAccess AmazonLookoutMetricsFullAccess AmazonLookoutMetricsReadOnlyAccess
        AmazonLookoutVisionConsoleFullAccess AmazonLookoutVisionConsoleReadOnlyAccess AmazonLookoutVisionFullAccess
        AmazonLookoutVisionReadOnlyAccess AmazonMCSFullAccess AmazonMCSReadOnlyAccess AmazonMQApiFullAccess
        AmazonMQApiReadOnlyAccess AmazonMQFullAccess AmazonMQReadOnlyAccess AmazonMSKConnectReadOnlyAccess
        AmazonMSKFullAccess AmazonMSKReadOnlyAccess AmazonMachineLearningBatchPredictionsAccess
        AmazonMachineLearningCreateOnlyAccess AmazonMachineLearningFullAccess
        AmazonMachineLearningManageRealTimeEndpointOnlyAccess AmazonMachineLearningReadOnlyAccess
        AmazonMachineLearningRealTimePredictionOnlyAccess AmazonMacieFullAccess AmazonMacieReadOnlyAccess
        AmazonManagedBlockchainConsoleFullAccess AmazonManagedBlockchainFullAccess
        AmazonManagedBlockchainReadOnlyAccess AmazonMechanicalTurkFullAccess AmazonMechanicalTurkReadOnly
        AmazonMemoryDBFullAccess AmazonMemoryDBReadOnlyAccess AmazonMobileAnalyticsFinancialReportAccess
        AmazonMobileAnalyticsFullAccess AmazonMobileAnalyticsNon-financialReportAccess
        AmazonMobileAnalyticsWriteOnlyAccess AmazonMonitronFullAccess AmazonNimbleStudio-LaunchProfileWorker
        AmazonNimbleStudio-StudioAdmin AmazonNimbleStudio-StudioUser AmazonOmicsFullAccess AmazonOmicsReadOnlyAccess
        AmazonOneEnterpriseFullAccess AmazonOneEnterpriseInstallerAccess AmazonOneEnterpriseReadOnlyAccess
        AmazonOpenSearchDirectQueryGlueCreateAccess AmazonOpenSearchIngestionFullAccess
        AmazonOpenSearchIngestionReadOnlyAccess AmazonOpenSearchServiceCognitoAccess
        AmazonOpenSearchServiceFullAccess AmazonOpenSearchServiceReadOnlyAccess AmazonPollyFullAccess
        AmazonPollyReadOnlyAccess AmazonPrometheusConsoleFullAccess AmazonPrometheusFullAccess
        AmazonPrometheusQueryAccess AmazonPrometheusRemoteWriteAccess AmazonQDeveloperAccess AmazonQFullAccess
        AmazonQLDBConsoleFullAccess AmazonQLDBFullAccess AmazonQLDBReadOnly AmazonRDSCustomInstanceProfileRolePolicy
        AmazonRDSDataFullAccess AmazonRDSFullAccess AmazonRDSPerformanceInsightsFullAccess
        AmazonRDSPerformanceInsightsReadOnly AmazonRDSReadOnlyAccess AmazonRedshiftAllCommandsFullAccess
        AmazonRedshiftDataFullAccess AmazonRedshiftFederatedAuthorization AmazonRedshiftFullAccess
        AmazonRedshiftQueryEditor AmazonRedshiftQueryEditorV2FullAccess AmazonRedshiftQueryEditorV2NoSharing
        AmazonRedshiftQueryEditorV2ReadSharing AmazonRedshiftQueryEditorV2ReadWriteSharing
        AmazonRedshiftReadOnlyAccess AmazonRekognitionCustomLabelsFullAccess AmazonRekognitionFullAccess
        AmazonRekognitionReadOnlyAccess AmazonRoute53AutoNamingFullAccess AmazonRoute53AutoNamingReadOnlyAccess
        AmazonRoute53AutoNamingRegistrantAccess AmazonRoute53DomainsFullAccess AmazonRoute53DomainsReadOnlyAccess
        AmazonRoute53FullAccess AmazonRoute53GlobalResolverFullAccess AmazonRoute53GlobalResolverReadOnlyAccess
        AmazonRoute53ProfilesFullAccess AmazonRoute53ProfilesReadOnlyAccess AmazonRoute53ReadOnlyAccess
        AmazonRoute53RecoveryClusterFullAccess AmazonRoute53RecoveryClusterReadOnlyAccess
        AmazonRoute53RecoveryControlConfigFullAccess AmazonRoute53RecoveryControlConfigReadOnlyAccess
        AmazonRoute53RecoveryReadinessFullAccess AmazonRoute53RecoveryReadinessReadOnlyAccess
        AmazonRoute53ResolverFullAccess AmazonRoute53ResolverReadOnlyAccess AmazonS3ExpressFullAccess
        AmazonS3ExpressReadOnlyAccess AmazonS3FilesClientFullAccess AmazonS3FilesClientReadOnlyAccess
        AmazonS3FilesClientReadWriteAccess AmazonS3FilesFullAccess AmazonS3FilesReadOnlyAccess AmazonS3FullAccess
        AmazonS3OutpostsFullAccess AmazonS3OutpostsReadOnlyAccess AmazonS3ReadOnlyAccess AmazonS3TablesFullAccess
        AmazonS3TablesReadOnlyAccess AmazonSESFullAccess AmazonSESReadOnlyAccess AmazonSNSFullAccess
        AmazonSNSReadOnlyAccess AmazonSQSFullAccess AmazonSQSReadOnlyAccess AmazonSSMAutomationApproverAccess
        AmazonSSMDirectoryServiceAccess AmazonSSMFullAccess AmazonSSMManagedEC2InstanceDefaultPolicy
        AmazonSSMManagedInstanceCore AmazonSSMPatchAssociation AmazonSSMReadOnlyAccess
        AmazonSageMakerAdmin-ServiceCatalogProductsServiceRolePolicy AmazonSageMakerCanvasAIServicesAccess
        AmazonSageMakerCanvasBedrockAccess AmazonSageMakerCanvasDataPrepFullAccess
        AmazonSageMakerCanvasEMRServerlessExecutionRolePolicy AmazonSageMakerCanvasFullAccess
        AmazonSageMakerCanvasSMDataScienceAssistantAccess AmazonSageMakerClusterInstanceRolePolicy
        AmazonSageMakerFeatureStoreAccess AmazonSageMakerFullAccess AmazonSageMakerGroundTruthExecution
        AmazonSageMakerHyperPodGatedModelAccess AmazonSageMakerHyperPodInferenceAccess
        AmazonSageMakerHyperPodObservabilityAdminAccess AmazonSageMakerHyperPodTrainingOperatorAccess
        AmazonSageMakerMechanicalTurkAccess AmazonSageMakerModelGovernanceUseAccess
        AmazonSageMakerModelRegistryFullAccess AmazonSageMakerPartnerAppsFullAccess
        AmazonSageMakerPipelinesIntegrations AmazonSageMakerReadOnly
        AmazonSageMakerServiceCatalogProductsCodeBuildServiceRolePolicy AmazonSageMakerSpacesControllerPolicy
        AmazonSageMakerSpacesRouterPolicy AmazonSageMakerTrainingPlanCreateAccess AmazonSecurityLakeAdministrator
        AmazonSecurityLakePermissionsBoundary AmazonTextractFullAccess AmazonTimestreamConsoleFullAccess
        AmazonTimestreamFullAccess AmazonTimestreamInfluxDBFullAccess
        AmazonTimestreamInfluxDBFullAccessWithoutMarketplaceAccess AmazonTimestreamReadOnlyAccess
        AmazonTranscribeFullAccess AmazonTranscribeReadOnlyAccess AmazonVPCCrossAccountNetworkInterfaceOperations
        AmazonVPCFullAccess AmazonVPCNetworkAccessAnalyzerFullAccessPolicy
        AmazonVPCReachabilityAnalyzerFullAccessPolicy AmazonVPCReachabilityAnalyzerPathComponentReadPolicy
        AmazonVPCReadOnlyAccess AmazonVerifiedPermissionsFullAccess AmazonVerifiedPermissionsReadOnlyAccess
        AmazonWorkDocsFullAccess AmazonWorkDocsReadOnlyAccess AmazonWorkMailFullAccess
        AmazonWorkMailMessageFlowFullAccess AmazonWorkMailMessageFlowReadOnlyAccess AmazonWorkMailReadOnlyAccess
        AmazonWorkSpacesAdmin AmazonWorkSpacesApplicationManagerAdminAccess AmazonWorkSpacesPoolServiceAccess
        AmazonWorkSpacesSecureBrowserReadOnly AmazonWorkSpacesSelfServiceAccess AmazonWorkSpacesServiceAccess
        AmazonWorkSpacesThinClientFullAccess AmazonWorkSpacesThinClientReadOnlyAccess AmazonWorkSpacesWebReadOnly
        AmazonWorkspacesPCAAccess AmazonZocaloFullAccess AmazonZocaloReadOnlyAccess AnthropicFullAccess
        AnthropicInferenceAccess AnthropicLimitedAccess AnthropicReadOnlyAccess AutoScalingConsoleFullAccess
        AutoScalingConsoleReadOnlyAccess AutoScalingFullAccess AutoScalingReadOnlyAccess
        AwsGlueDataBrewFullAccessPolicy AwsGlueSessionUserRestrictedNotebookPolicy
        AwsGlueSessionUserRestrictedPolicy BedrockAgentCoreFullAccess CloudFrontFullAccess CloudFrontReadOnlyAccess
        CloudSearchFullAccess CloudSearchReadOnlyAccess CloudWatchActionsEC2Access CloudWatchAgentAdminPolicy
        CloudWatchAgentServerPolicy CloudWatchApplicationInsightsFullAccess
        CloudWatchApplicationInsightsReadOnlyAccess CloudWatchApplicationSignalsFullAccess
        CloudWatchApplicationSignalsReadOnlyAccess CloudWatchAutomaticDashboardsAccess
        CloudWatchCrossAccountSharingConfiguration CloudWatchEventsFullAccess CloudWatchEventsReadOnlyAccess
        CloudWatchFullAccess CloudWatchFullAccessV2 CloudWatchInternetMonitorFullAccess
        CloudWatchInternetMonitorReadOnlyAccess CloudWatchLambdaApplicationSignalsExecutionRolePolicy
        CloudWatchLambdaInsightsExecutionRolePolicy CloudWatchLogsAPIKeyAccess
        CloudWatchLogsCrossAccountSharingConfiguration CloudWatchLogsFullAccess CloudWatchLogsReadOnlyAccess
        CloudWatchNetworkFlowMonitorAgentPublishPolicy CloudWatchOpenSearchDashboardAccess
        CloudWatchOpenSearchDashboardsFullAccess CloudWatchReadOnlyAccess CloudWatchSyntheticsFullAccess
        CloudWatchSyntheticsReadOnlyAccess ComprehendFullAccess ComprehendMedicalFullAccess ComprehendReadOnly
        ComputeOptimizerReadOnlyAccess ConsoleFullAccessFromVercel ConsoleViewOnlyAccessFromVercel
        CostOptimizationHubAdminAccess CostOptimizationHubReadOnlyAccess DBModDiscoveryAndAssessment
        DBModProvisioningAndMigration EC2FastLaunchFullAccess EC2InstanceConnect EC2InstanceProfileForImageBuilder
        EC2InstanceProfileForImageBuilderECRContainerBuilds Ec2ImageBuilderCrossAccountDistributionAccess
        ElasticLoadBalancingFullAccess ElasticLoadBalancingReadOnly ElementalActivationsDownloadSoftwareAccess
        ElementalActivationsFullAccess ElementalActivationsGenerateLicenses ElementalActivationsReadOnlyAccess
        ElementalAppliancesSoftwareFullAccess ElementalAppliancesSoftwareReadOnlyAccess
        ElementalSupportCenterFullAccess GameLiftContainerFleetPolicy GameLiftGameServerGroupPolicy
        GitLabDuoWithAmazonQPermissionsPolicy GlobalAcceleratorFullAccess GlobalAcceleratorReadOnlyAccess
        IAMAccessAdvisorReadOnly IAMAccessAnalyzerFullAccess IAMAccessAnalyzerReadOnlyAccess IAMFullAccess
        IAMReadOnlyAccess IAMSelfManageServiceSpecificCredentials IAMUserChangePassword IAMUserSSHKeys IVSFullAccess
        IVSReadOnlyAccess MediaConnectGatewayInstanceRolePolicy MultiPartyApprovalFullAccess
        MultiPartyApprovalReadOnlyAccess NeptuneConsoleFullAccess NeptuneFullAccess NeptuneGraphReadOnlyAccess
        NeptuneReadOnlyAccess OAMFullAccess OAMReadOnlyAccess PartnerCentralAccountManagementUserRoleAssociation
        PartnerCentralIncentiveBenefitManagement PowerUserAccess QBusinessQuicksightPluginPolicy
        ROSAManageSubscription ROSASharedVPCEndpointPolicy ROSASharedVPCRoute53Policy ReadOnlyAccess
        ResourceGroupsTaggingAPITagUntagSupportedResources ResourceGroupsandTagEditorFullAccess
        ResourceGroupsandTagEditorReadOnlyAccess SageMakerStudioAdminIAMConsolePolicy
        SageMakerStudioAdminIAMDefaultExecutionPolicy SageMakerStudioAdminIAMPermissiveExecutionPolicy
        SageMakerStudioAdminProjectUserRolePolicy SageMakerStudioFullAccess
        SageMakerStudioProjectRoleMachineLearningPolicy SageMakerStudioProjectUserRolePermissionsBoundary
        SageMakerStudioProjectUserRolePolicy SageMakerStudioUserIAMConsolePolicy
        SageMakerStudioUserIAMDefaultExecutionPolicy SageMakerStudioUserIAMPermissiveExecutionPolicy
        SecretsManagerReadWrite SecurityAgentWebAppPolicy SecurityAudit ServerMigrationConnector
        ServerMigrationServiceConsoleFullAccess ServiceQuotasFullAccess ServiceQuotasReadOnlyAccess
        SignInLocalDevelopmentAccess SimpleWorkflowFullAccess TranslateFullAccess TranslateReadOnly
        VPCLatticeFullAccess VPCLatticeReadOnlyAccess VPCLatticeServicesInvokeAccess
        WellArchitectedConsoleFullAccess WellArchitectedConsoleReadOnlyAccess WorkLinkServiceRolePolicy
    """,
    "job-function/": """
        AWSManagementConsoleAdministratorAccess Billing DataScientist DatabaseAdministrator NetworkAdministrator
        SupportUser SystemAdministrator ViewOnlyAccess
    """,
    "root-task/": """
        IAMAuditRootUserCredentials IAMCreateRootUserPassword IAMDeleteRootUserCredentials S3UnlockBucketPolicy
        SQSUnlockQueuePolicy
    """,
    "service-role/": """
        AWSAppRunnerServicePolicyForECRAccess AWSAppSyncPushToCloudWatchLogs AWSApplicationMigrationAgentPolicy_v2
        AWSApplicationMigrationConversionServerPolicy AWSApplicationMigrationMGHAccess
        AWSApplicationMigrationReplicationServerPolicy AWSArtifactAccountSync
        AWSBackupGatewayServiceRolePolicyForVirtualMachineMetadataSync AWSBackupServiceRolePolicyForBackup
        AWSBackupServiceRolePolicyForRestores AWSBatchServiceEventTargetRole AWSBatchServiceRole AWSCloudHSMRole
        AWSCodeDeployRole AWSCodeDeployRoleForCloudFormation AWSCodeDeployRoleForLambda
        AWSCodeDeployRoleForLambdaLimited AWSCodeStarServiceRole AWSConfigRoleForOrganizations
        AWSConfigRulesExecutionRole AWSControlTowerCloudTrailRolePolicy
        AWSControlTowerIdentityCenterManagementPolicy AWSControlTowerServiceRolePolicy
        AWSCostAndUsageReportAutomationPolicy AWSDataLifecycleManagerSSMFullAccess
        AWSDataLifecycleManagerServiceRole AWSDataLifecycleManagerServiceRoleForAMIManagement
        AWSDeepLensServiceRolePolicy AWSDeepRacerServiceRolePolicy AWSElasticBeanstalkEnhancedHealth
        AWSElasticBeanstalkRoleCWL AWSElasticBeanstalkRoleCore AWSElasticBeanstalkRoleECS AWSElasticBeanstalkRoleRDS
        AWSElasticBeanstalkRoleSNS AWSElasticBeanstalkRoleWorkerTier AWSElasticBeanstalkService
        AWSElasticDisasterRecoveryAgentPolicy AWSElasticDisasterRecoveryConversionServerPolicy
        AWSElasticDisasterRecoveryCrossAccountReplicationPolicy AWSElasticDisasterRecoveryEc2InstancePolicy
        AWSElasticDisasterRecoveryFailbackPolicy AWSElasticDisasterRecoveryNetworkReplicationPolicy
        AWSElasticDisasterRecoveryRecoveryInstancePolicy AWSElasticDisasterRecoveryReplicationServerPolicy
        AWSElasticDisasterRecoveryStagingAccountPolicy AWSElasticDisasterRecoveryStagingAccountPolicy_v2
        AWSFaultInjectionSimulatorEC2Access AWSFaultInjectionSimulatorECSAccess AWSFaultInjectionSimulatorEKSAccess
        AWSFaultInjectionSimulatorNetworkAccess AWSFaultInjectionSimulatorRDSAccess
        AWSFaultInjectionSimulatorSSMAccess AWSGlueDataBrewServiceRole AWSGlueServiceNotebookRole AWSGlueServiceRole
        AWSGreengrassResourceAccessRolePolicy AWSIdentityCenterExternalManagementPolicy
        AWSIoTDeviceDefenderAddThingsToThingGroupMitigationAction AWSIoTDeviceDefenderAudit
        AWSIoTDeviceDefenderEnableIoTLoggingMitigationAction
        AWSIoTDeviceDefenderPublishFindingsToSNSMitigationAction
        AWSIoTDeviceDefenderReplaceDefaultPolicyMitigationAction AWSIoTDeviceDefenderUpdateCACertMitigationAction
        AWSIoTDeviceDefenderUpdateDeviceCertMitigationAction AWSIoTFleetHubFederationAccess AWSIoTLogging
        AWSIoTOTAUpdate AWSIoTRuleActions AWSIoTSiteWiseMonitorPortalAccess AWSIoTThingsRegistration
        AWSLambdaBasicDurableExecutionRolePolicy AWSLambdaBasicExecutionRole AWSLambdaDynamoDBExecutionRole
        AWSLambdaENIManagementAccess AWSLambdaKinesisExecutionRole AWSLambdaMSKExecutionRole AWSLambdaRole
        AWSLambdaSQSQueueExecutionRole AWSLambdaVPCAccessExecutionRole AWSLicenseManagerConsumptionPolicy
        AWSMSKReplicatorExecutionRole AWSMigrationHubDMSAccess AWSMigrationHubDiscoveryAccess
        AWSMigrationHubRefactorSpaces-SSMAutomationPolicy AWSMigrationHubSMSAccess AWSPanoramaApplianceRolePolicy
        AWSPanoramaApplianceServiceRolePolicy AWSPanoramaGreengrassGroupRolePolicy AWSPanoramaSageMakerRolePolicy
        AWSPanoramaServiceRolePolicy AWSQuickSightDescribeRDS AWSQuickSightDescribeRedshift
        AWSQuickSightElasticsearchPolicy AWSQuickSightListIAM AWSQuickSightSageMakerPolicy
        AWSQuickSightSecretsManagerWriteAccess AWSQuickSightTimestreamPolicy AWSQuicksightAthenaAccess
        AWSQuicksightOpenSearchPolicy AWSSecurityAgentWebAppPolicy AWSShieldDRTAccessPolicy
        AWSSupplyChainFederationAdminAccess AWSTransferLoggingAccess AWSTransformApplicationDeploymentPolicy
        AWSTransformApplicationECSDeploymentPolicy AWS_ConfigRole AmazonAPIGatewayPushToCloudWatchLogs
        AmazonAppStreamPCAAccess AmazonAppStreamServiceAccess AmazonCodeCatalystSupportAccess
        AmazonDMSCloudWatchLogsRole AmazonDMSRedshiftS3Role AmazonDMSVPCManagementRole
        AmazonDataZoneBedrockModelConsumptionPolicy AmazonDataZoneBedrockModelManagementPolicy
        AmazonDataZoneDomainExecutionRolePolicy AmazonDataZoneGlueManageAccessRolePolicy
        AmazonDataZoneRedshiftManageAccessRolePolicy AmazonEBSCSIDriverPolicy AmazonEC2ContainerServiceAutoscaleRole
        AmazonEC2ContainerServiceEventsRole AmazonEC2ContainerServiceRole AmazonEC2ContainerServiceforEC2Role
        AmazonEC2RoleforAWSCodeDeploy AmazonEC2RoleforAWSCodeDeployLimited AmazonEC2RoleforDataPipelineRole
        AmazonEC2RoleforSSM AmazonEC2SpotFleetAutoscaleRole AmazonEC2SpotFleetTaggingRole
        AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity
        AmazonECSInfrastructureRolePolicyForVolumes AmazonECSInfrastructureRoleforExpressGatewayServices
        AmazonECSTaskExecutionRolePolicy AmazonEFSCSIDriverPolicy AmazonEMRServicePolicy_v2
        AmazonElasticMapReduceEditorsRole AmazonElasticMapReduceRole AmazonElasticMapReduceforAutoScalingRole
        AmazonElasticMapReduceforEC2Role AmazonElasticTranscoderRole AmazonFreeRTOSOTAUpdate
        AmazonGrafanaAthenaAccess AmazonGrafanaCloudWatchAccess AmazonGrafanaRedshiftAccess
        AmazonMachineLearningRoleforRedshiftDataSourceV3 AmazonMacieHandshakeRole AmazonMacieServiceRole
        AmazonPersonalizeFullAccess AmazonRDSDirectoryServiceAccess AmazonRDSEnhancedMonitoringRole
        AmazonRekognitionServiceRole AmazonS3FilesCSIDriverPolicy AmazonS3ObjectLambdaExecutionRolePolicy
        AmazonS3TablesLakeFormationServiceRole AmazonSNSRole AmazonSSMAutomationRole AmazonSSMMaintenanceWindowRole
        AmazonSageMakerCanvasDirectDeployAccess AmazonSageMakerCanvasForecastAccess
        AmazonSageMakerEdgeDeviceFleetPolicy AmazonSageMakerGeospatialExecutionRole
        AmazonSageMakerGeospatialFullAccess AmazonSageMakerPartnerServiceCatalogProductsApiGatewayServiceRolePolicy
        AmazonSageMakerPartnerServiceCatalogProductsCloudFormationServiceRolePolicy
        AmazonSageMakerPartnerServiceCatalogProductsLambdaServiceRolePolicy AmazonSageMakerQuickSightVPCPolicy
        AmazonSageMakerServiceCatalogProductsApiGatewayServiceRolePolicy
        AmazonSageMakerServiceCatalogProductsCloudformationServiceRolePolicy
        AmazonSageMakerServiceCatalogProductsCodePipelineServiceRolePolicy
        AmazonSageMakerServiceCatalogProductsEventsServiceRolePolicy
        AmazonSageMakerServiceCatalogProductsFirehoseServiceRolePolicy
        AmazonSageMakerServiceCatalogProductsGlueServiceRolePolicy
        AmazonSageMakerServiceCatalogProductsLambdaServiceRolePolicy AmazonSecurityLakeMetastoreManager
        AmazonTextractServiceRole AmplifyBackendDeployFullAccess ApplicationAutoScalingForAmazonAppStreamAccess
        AutoScalingNotificationAccessRole AwsGlueSessionUserRestrictedNotebookServiceRole
        AwsGlueSessionUserRestrictedServiceRole CloudWatchEventsBuiltInTargetExecutionAccess
        CloudWatchEventsInvocationAccess ComprehendDataAccessRolePolicy EC2ImageBuilderLifecycleExecutionPolicy
        GreengrassOTAUpdateArtifactAccess QuickSightAccessForS3StorageManagementAnalyticsReadOnly
        RDSCloudHsmAuthorizationRole ROSAAmazonEBSCSIDriverOperatorPolicy ROSACloudNetworkConfigOperatorPolicy
        ROSAControlPlaneOperatorPolicy ROSAImageRegistryOperatorPolicy ROSAIngressOperatorPolicy ROSAInstallerPolicy
        ROSAKMSProviderPolicy ROSAKubeControllerPolicy ROSANodePoolManagementPolicy ROSASRESupportPolicy
        ROSAWorkerInstancePolicy SageMakerStudioBedrockAgentServiceRolePolicy
        SageMakerStudioBedrockChatAgentUserRolePolicy SageMakerStudioBedrockEvaluationJobServiceRolePolicy
        SageMakerStudioBedrockFlowServiceRolePolicy SageMakerStudioBedrockFunctionExecutionRolePolicy
        SageMakerStudioBedrockKnowledgeBaseCustomResourcePolicy SageMakerStudioBedrockKnowledgeBaseServiceRolePolicy
        SageMakerStudioBedrockPromptUserRolePolicy SageMakerStudioDomainExecutionRolePolicy
        SageMakerStudioDomainServiceRolePolicy SageMakerStudioEMRContainersSystemNamespaceRolePolicy
        SageMakerStudioEMRInstanceRolePolicy SageMakerStudioEMRServiceRolePolicy
        SageMakerStudioProjectProvisioningRolePolicy SageMakerStudioQueryExecutionRolePolicy
        SecurityAgentWebAppAPIPolicy ServerMigrationServiceLaunchRole
        ServerMigrationServiceRoleForInstanceValidation VMImportExportRoleForAWSConnector
    """,
}
ARNS = frozenset(f"arn:aws:iam::aws:policy/{path}{name}" for path, names in NAMES.items() for name in names.split())
